// AVX2 with FMA: x86-64-v3.
#if defined(__x86_64__)
#include <immintrin.h>
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#define VARIANT avx2
#define LANES 8
#define SCORE_ROWS 6
#define VALUE_ROWS 3
#define FEW_ROWS 4
#define FEW_COLUMNS 3
#include "kernels.h"

// |query| × (row with query's sign): pairs of 16 bits hold 2 × 127², so nothing saturates.
static void NAMED(dots_int8)(const int8_t *rows, size_t count, const int8_t *query, size_t width, int32_t *out) {
    const __m256i ones = _mm256_set1_epi16(1);
    for (size_t row = 0; row < count; row++, rows += width) {
        __m256i sums = _mm256_setzero_si256(), others = sums;
        size_t i = 0;
        for (; i + 64 <= width; i += 64) {
            const __m256i q0 = _mm256_loadu_si256((const __m256i *)(query + i));
            const __m256i q1 = _mm256_loadu_si256((const __m256i *)(query + i + 32));
            const __m256i r0 = _mm256_loadu_si256((const __m256i *)(rows + i));
            const __m256i r1 = _mm256_loadu_si256((const __m256i *)(rows + i + 32));
            const __m256i p0 = _mm256_maddubs_epi16(_mm256_abs_epi8(q0), _mm256_sign_epi8(r0, q0));
            const __m256i p1 = _mm256_maddubs_epi16(_mm256_abs_epi8(q1), _mm256_sign_epi8(r1, q1));
            sums = _mm256_add_epi32(sums, _mm256_madd_epi16(p0, ones));
            others = _mm256_add_epi32(others, _mm256_madd_epi16(p1, ones));
        }
        sums = _mm256_add_epi32(sums, others);
        __m128i half = _mm_add_epi32(_mm256_castsi256_si128(sums), _mm256_extracti128_si256(sums, 1));
        half = _mm_add_epi32(half, _mm_shuffle_epi32(half, 0x4e));
        half = _mm_add_epi32(half, _mm_shuffle_epi32(half, 0xb1));
        int32_t sum = _mm_cvtsi128_si32(half);
        for (; i < width; i++) sum += rows[i] * query[i];
        out[row] = sum;
    }
}

#include "table.h"
#pragma clang attribute pop
#else
typedef int nothing_here;
#endif
