#define _GNU_SOURCE
#include "CChildProcess.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

/// Of the processor: what a stream needs goes first.
static const int niceness = 15;

static int limit(__rlimit_resource_t what, uint64_t value) {
    struct rlimit both;
    if (getrlimit(what, &both) != 0) return errno;
    // A limit that is already lower stays.
    if (both.rlim_max > value) both.rlim_max = value;
    if (both.rlim_cur > value) both.rlim_cur = value;
    return setrlimit(what, &both) == 0 ? 0 : errno;
}

int child_confine(const struct child_limits *limits) {
    int error = 0;
    if ((error = limit(RLIMIT_AS, limits->memory)) != 0) return error;
    if ((error = limit(RLIMIT_CPU, limits->processor_seconds)) != 0) return error;
    if ((error = limit(RLIMIT_FSIZE, limits->file_bytes)) != 0) return error;
    if ((error = limit(RLIMIT_NOFILE, limits->files)) != 0) return error;
    if ((error = limit(RLIMIT_CORE, 0)) != 0) return error;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return errno;
    if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) return errno;
    if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0) return errno;
    return setpriority(PRIO_PROCESS, 0, niceness) == 0 ? 0 : errno;
}

static int spawn(
    const char *program, char *const arguments[], char *const environment[], int input, int own_group, pid_t *pid, int output, int complaints) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    int error = posix_spawn_file_actions_init(&actions);
    if (error != 0) return error;
    if ((error = posix_spawnattr_init(&attributes)) != 0) {
        posix_spawn_file_actions_destroy(&actions);
        return error;
    }
    sigset_t all, none;
    sigfillset(&all);
    sigemptyset(&none);
    short flags = POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK;
    if (own_group) flags |= POSIX_SPAWN_SETPGROUP;
    if (error == 0) error = posix_spawnattr_setflags(&attributes, flags);
    if (error == 0) error = posix_spawnattr_setsigdefault(&attributes, &all);
    if (error == 0) error = posix_spawnattr_setsigmask(&attributes, &none);
    if (error == 0 && own_group) error = posix_spawnattr_setpgroup(&attributes, 0);
    if (error == 0)
        error = input >= 0 ? posix_spawn_file_actions_adddup2(&actions, input, 0)
                           : posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    if (error == 0) error = posix_spawn_file_actions_adddup2(&actions, output, 1);
    if (error == 0) error = posix_spawn_file_actions_adddup2(&actions, complaints, 2);
    if (error == 0) error = posix_spawn_file_actions_addclosefrom_np(&actions, 3);
    if (error == 0) error = posix_spawnp(pid, program, &actions, &attributes, arguments, environment);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return error;
}

int child_spawn(
    const char *program, char *const arguments[], char *const environment[], int input, int own_group, pid_t *pid, int *output, int *complaints) {
    int out[2], err[2];
    if (pipe2(out, O_CLOEXEC) != 0) return errno;
    if (pipe2(err, O_CLOEXEC) != 0) {
        int error = errno;
        close(out[0]);
        close(out[1]);
        return error;
    }
    int error = spawn(program, arguments, environment, input, own_group, pid, out[1], err[1]);
    close(out[1]);
    close(err[1]);
    if (error == 0 && (fcntl(out[0], F_SETFL, O_NONBLOCK) != 0 || fcntl(err[0], F_SETFL, O_NONBLOCK) != 0)) error = errno;
    if (error != 0) {
        close(out[0]);
        close(err[0]);
        return error;
    }
    *output = out[0];
    *complaints = err[0];
    return 0;
}

int child_memory_file(const void *bytes, size_t size) {
    int file = memfd_create("document", MFD_CLOEXEC);
    if (file < 0) return -1;
    const char *rest = bytes;
    while (size > 0) {
        ssize_t written = write(file, rest, size);
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) {
            close(file);
            return -1;
        }
        rest += written;
        size -= (size_t)written;
    }
    if (lseek(file, 0, SEEK_SET) != 0) {
        close(file);
        return -1;
    }
    return file;
}
