#ifndef C_CHILD_PROCESS_H
#define C_CHILD_PROCESS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/// What a process may take. It can lower these later, never raise them.
struct child_limits {
    /// Bytes of address space.
    uint64_t memory;
    /// Seconds of processor time.
    uint64_t processor_seconds;
    /// Bytes of any file that it writes.
    uint64_t file_bytes;
    /// Open files.
    uint64_t files;
};

/// Holds this process and those that it starts to the limits: with no core file, no debugger, no rights from other programs' set-user-id
/// bits, behind all others for the processor, and ended together with its parent. Returns 0, or an errno.
int child_confine(const struct child_limits *limits);

/// Starts a program, found on the path, without any of this process's open files. `input` is its standard input, or -1 for none.
/// Returns 0, or an errno. The caller closes `output` and `complaints`, which do not block, and reaps `pid`.
int child_spawn(
    const char *program, char *const arguments[], char *const environment[], int input, int own_group, pid_t *pid, int *output, int *complaints);

/// A file that lives in memory alone, holding these bytes; -1 where there is none to be had.
int child_memory_file(const void *bytes, size_t size);

#endif
