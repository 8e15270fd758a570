#include "include/openblas.h"
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>

// Of cblas.h; OpenBLAS is built with 32-bit integers.
enum { row_major = 101, no_transpose = 111, transpose = 112 };
typedef void (*sgemm)(int, int, int, int, int, int, float, const float *, int, const float *, int, float, float *, int);

static pthread_once_t once = PTHREAD_ONCE_INIT;
static sgemm multiply;
static char failure[256];

static void open_library(void) {
    void *library = dlopen("libopenblas.so.0", RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        snprintf(failure, sizeof failure, "%s; on Debian: apt-get install libopenblas0-pthread", dlerror());
        return;
    }
    void (*set_threads)(int) = (void (*)(int))dlsym(library, "openblas_set_num_threads");
    sgemm found = (sgemm)dlsym(library, "cblas_sgemm");
    if (!set_threads || !found) {
        snprintf(failure, sizeof failure, "libopenblas.so.0 lacks cblas_sgemm or openblas_set_num_threads");
        return;
    }
    set_threads(1);
    multiply = found;
}

int blas_open(char *reason, size_t capacity) {
    pthread_once(&once, open_library);
    if (multiply) return 0;
    snprintf(reason, capacity, "%s", failure);
    return -1;
}

void blas_multiply(const float *a, size_t rows, const float *b, size_t columns, size_t width, float *c, size_t ldc) {
    multiply(
        row_major, no_transpose, transpose, (int)rows, (int)columns, (int)width, 1, a, (int)width, b, (int)width, 0, c, (int)ldc);
}
