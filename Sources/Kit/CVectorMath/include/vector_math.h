#ifndef LOQUAT_VECTOR_MATH_H
#define LOQUAT_VECTOR_MATH_H

#include <stddef.h>
#include <stdint.h>

/// The loops of a transformer that are no matrix products, and those of vector search, once for each kind of vector unit.
/// Matrices are row by row and dense where no stride is named. Nothing is allocated; pointers may be unaligned.
typedef struct {
    /// As in `vm_best`'s choice: "baseline", "avx2", "avx512", "avx512vnni".
    const char *_Nonnull name;

    /// hidden = norm(hidden + added + bias) × gain + shift, row by row: the end of each half of a layer.
    /// `added` and `bias` may be null. Layer normalisation: Ba, Kiros and Hinton, arXiv:1607.06450.
    void (*_Nonnull add_norm)(
        float *_Nonnull hidden, const float *_Nullable added, const float *_Nullable bias, const float *_Nonnull gain,
        const float *_Nonnull shift, size_t rows, size_t width, float epsilon);

    /// x = gelu(x + bias) with the error function, not its tanh approximation: within 1e-6 of the exact.
    void (*_Nonnull bias_gelu)(float *_Nonnull x, const float *_Nonnull bias, size_t rows, size_t width);

    /// Self-attention of one sequence. `qkv` has `length` rows of queries, keys and values, each heads × head_size wide, without their
    /// biases, which stand in `bias` in the same order; `out` has rows of heads × head_size. `head_size` is a multiple of 32;
    /// `scratch` holds `vm_attention_scratch(length, head_size)` floats.
    void (*_Nonnull attend)(
        const float *_Nonnull qkv, const float *_Nonnull bias, float *_Nonnull out, size_t length, size_t heads, size_t head_size,
        float *_Nonnull scratch);

    /// The mean of the rows, scaled to length 1.
    void (*_Nonnull mean_unit)(const float *_Nonnull rows, size_t count, size_t width, float *_Nonnull out);

    /// out[i] = rows[i] · query.
    void (*_Nonnull dots)(const float *_Nonnull rows, size_t count, const float *_Nonnull query, size_t width, float *_Nonnull out);

    /// c[i][j] = a[i] · b[j] for few rows of a, where packing b for a matrix product would cost more than the product: b is read once.
    /// c has a stride of `ldc`.
    void (*_Nonnull few_rows)(
        const float *_Nonnull a, size_t rows, const float *_Nonnull b, size_t columns, size_t width, float *_Nonnull c, size_t ldc);

    /// codes[i] = round(x[i] / scale), −127…127; returns the scale, 0 where all of x is.
    float (*_Nonnull quantise)(const float *_Nonnull x, size_t width, int8_t *_Nonnull codes);

    /// out[i] = rows[i] · query, exact while width × 127² fits 31 bits. No code may be −128.
    void (*_Nonnull dots_int8)(
        const int8_t *_Nonnull rows, size_t count, const int8_t *_Nonnull query, size_t width, int32_t *_Nonnull out);
} vm_kernels;

/// The variant at this place, from the plainest; null where this machine cannot run it or there is none.
const vm_kernels *_Nullable vm_variant(size_t index);
size_t vm_variant_count(void);

/// The best that this machine can run.
const vm_kernels *_Nonnull vm_best(void);

/// Floats of scratch for `attend`.
size_t vm_attention_scratch(size_t length, size_t head_size);

/// CRC-32C (Castagnoli, RFC 3720) of more bytes after those that gave `crc`; 0 to begin.
uint32_t vm_crc32c(uint32_t crc, const void *_Nonnull bytes, size_t count);

#endif
