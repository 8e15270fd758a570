#ifndef LOQUAT_OPENBLAS_H
#define LOQUAT_OPENBLAS_H

#include <stddef.h>

/// Loads Debian's OpenBLAS, once, and holds it to one thread a call. It is loaded when it is first needed and not linked: its start
/// costs 3 MiB and a thread, which a server that embeds nothing should not pay.
/// Returns 0, or fills `reason` with what is wrong and returns −1. Any thread may call it.
int blas_open(char *_Nonnull reason, size_t capacity);

/// c = a × bᵀ, all row by row: a is rows × width, b columns × width, c has `columns` of each row filled at a stride of `ldc`.
/// Only after `blas_open` gave 0. Any number of threads at once.
void blas_multiply(
    const float *_Nonnull a, size_t rows, const float *_Nonnull b, size_t columns, size_t width, float *_Nonnull c, size_t ldc);

#endif
