// AVX-512 as x86-64-v4 has it.
#if defined(__x86_64__)
#include <immintrin.h>
#pragma clang attribute push(__attribute__((target("avx2,fma,avx512f,avx512bw,avx512vl,avx512dq"))), apply_to = function)
#define VARIANT avx512
#define LANES 16
#define SCORE_ROWS 12
#define VALUE_ROWS 6
#define FEW_ROWS 4
#define FEW_COLUMNS 4
#include "kernels.h"

static void NAMED(dots_int8)(const int8_t *rows, size_t count, const int8_t *query, size_t width, int32_t *out) {
    for (size_t row = 0; row < count; row++, rows += width) {
        __m512i sums = _mm512_setzero_si512();
        size_t i = 0;
        for (; i + 32 <= width; i += 32) {
            const __m512i q = _mm512_cvtepi8_epi16(_mm256_loadu_si256((const __m256i *)(query + i)));
            const __m512i r = _mm512_cvtepi8_epi16(_mm256_loadu_si256((const __m256i *)(rows + i)));
            sums = _mm512_add_epi32(sums, _mm512_madd_epi16(q, r));
        }
        int32_t sum = _mm512_reduce_add_epi32(sums);
        for (; i < width; i++) sum += rows[i] * query[i];
        out[row] = sum;
    }
}

#include "table.h"

// The instruction takes one operand unsigned: the query is moved up by 128 and 128 × the row's sum taken off again, which the
// same instruction gives.
__attribute__((target("avx512vnni"))) static void dots_int8_vnni(
    const int8_t *rows, size_t count, const int8_t *query, size_t width, int32_t *out) {
    const __m512i high = _mm512_set1_epi8((char)0x80);
    for (size_t row = 0; row < count; row++, rows += width) {
        __m512i sums = _mm512_setzero_si512(), moved = sums;
        size_t i = 0;
        for (; i + 64 <= width; i += 64) {
            const __m512i r = _mm512_loadu_si512(rows + i);
            sums = _mm512_dpbusd_epi32(sums, _mm512_xor_si512(_mm512_loadu_si512(query + i), high), r);
            moved = _mm512_dpbusd_epi32(moved, high, r);
        }
        int32_t sum = _mm512_reduce_add_epi32(_mm512_sub_epi32(sums, moved));
        for (; i < width; i++) sum += rows[i] * query[i];
        out[row] = sum;
    }
}

const vm_kernels vm_avx512vnni = {
    .name = "avx512vnni",
    .add_norm = add_norm_avx512,
    .bias_gelu = bias_gelu_avx512,
    .attend = attend_avx512,
    .mean_unit = mean_unit_avx512,
    .dots = dots_avx512,
    .few_rows = few_rows_avx512,
    .quantise = quantise_avx512,
    .dots_int8 = dots_int8_vnni,
};
#pragma clang attribute pop
#else
typedef int nothing_here;
#endif
