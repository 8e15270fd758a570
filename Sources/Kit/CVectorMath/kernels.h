// The body of one variant, included by baseline.c, avx2.c and avx512.c, which define VARIANT (its name), LANES (floats a vector) and
// the row counts of the register tiles, and switch the target on. Written in clang's vector extensions: one text for every width.
#include "include/vector_math.h"
#include "tiles.h"
#include <math.h>
#include <string.h>

typedef float vf __attribute__((vector_size(4 * LANES), aligned(4), may_alias));
typedef int32_t vi __attribute__((vector_size(4 * LANES), aligned(4), may_alias));

#define JOIN_(a, b) a##_##b
#define JOIN(a, b) JOIN_(a, b)
#define NAMED(function) JOIN(function, VARIANT)
#define TEXT_(a) #a
#define TEXT(a) TEXT_(a)

static inline vf splat(float x) { return x - (vf){0}; }
static inline vf load(const float *at) { return *(const vf *)at; }
static inline void store(float *at, vf x) { *(vf *)at = x; }

static inline float sum_of(vf x) {
    float sum = 0;
    for (int i = 0; i < LANES; i++) sum += x[i];
    return sum;
}

// e^x by the polynomial of Cephes' expf on the remainder of x / ln 2; relative error below 2e-7.
static inline vf exponential(vf x) {
    const float shifter = 12582912.0f; // 1.5 × 2^23: adding it rounds to a whole number in the low bits
    x = __builtin_elementwise_max(__builtin_elementwise_min(x, splat(88.0f)), splat(-87.0f));
    vf shifted = x * 1.44269504088896341f + shifter;
    vf whole = shifted - shifter;
    x = x - whole * 0.693359375f;
    x = x - whole * -2.12194440e-4f;
    vf y = splat(1.9875691500e-4f);
    y = y * x + 1.3981999507e-3f;
    y = y * x + 8.3334519073e-3f;
    y = y * x + 4.1665795894e-2f;
    y = y * x + 1.6666665459e-1f;
    y = y * x + 5.0000001201e-1f;
    y = y * (x * x) + x + 1.0f;
    vi power = ((vi)shifted - (vi)splat(shifter)) << 23;
    return (vf)((vi)y + power);
}

// x Φ(x) with erf by Abramowitz and Stegun 7.1.26, absolute error 1.5e-7.
static inline vf gelu(vf x) {
    vf u = __builtin_elementwise_abs(x) * 0.70710678118654752f;
    vf t = 1.0f / (u * 0.3275911f + 1.0f);
    vf p = splat(1.061405429f);
    p = p * t + -1.453152027f;
    p = p * t + 1.421413741f;
    p = p * t + -0.284496736f;
    p = p * t + 0.254829592f;
    vf tail = 0.5f * (p * t) * exponential(-(u * u)); // Φ(−|x|)
    vf positive = (vf)((vi)(x > 0.0f) & (vi)x); // x where above 0, else 0
    return positive - __builtin_elementwise_abs(x) * tail;
}

static void NAMED(bias_gelu)(float *x, const float *bias, size_t rows, size_t width) {
    for (size_t row = 0; row < rows; row++, x += width) {
        size_t i = 0;
        for (; i + LANES <= width; i += LANES) store(x + i, gelu(load(x + i) + load(bias + i)));
        for (; i < width; i++) x[i] = gelu(splat(x[i] + bias[i]))[0];
    }
}

static void NAMED(add_norm)(
    float *hidden, const float *added, const float *bias, const float *gain, const float *shift, size_t rows, size_t width, float epsilon) {
    for (size_t row = 0; row < rows; row++, hidden += width) {
        vf sums = {0};
        float sum = 0;
        size_t i = 0;
        for (; i + LANES <= width; i += LANES) {
            vf x = load(hidden + i);
            if (added) x += load(added + row * width + i);
            if (bias) x += load(bias + i);
            store(hidden + i, x);
            sums += x;
        }
        for (; i < width; i++) {
            hidden[i] += (added ? added[row * width + i] : 0) + (bias ? bias[i] : 0);
            sum += hidden[i];
        }
        const float mean = (sum_of(sums) + sum) / width;
        vf squares = {0};
        float square = 0;
        for (i = 0; i + LANES <= width; i += LANES) {
            vf x = load(hidden + i) - mean;
            squares += x * x;
        }
        for (; i < width; i++) square += (hidden[i] - mean) * (hidden[i] - mean);
        const float scale = 1 / sqrtf((sum_of(squares) + square) / width + epsilon);
        for (i = 0; i + LANES <= width; i += LANES) store(hidden + i, (load(hidden + i) - mean) * scale * load(gain + i) + load(shift + i));
        for (; i < width; i++) hidden[i] = (hidden[i] - mean) * scale * gain[i] + shift[i];
    }
}

// Scores of SCORE_ROWS queries against all keys: `keys` is head_size × padded, a key a column.
static inline void score_tile(const float *queries, const float *keys, float *scores, size_t head_size, size_t padded) {
    for (size_t j = 0; j < padded; j += 2 * LANES) {
        vf sums[SCORE_ROWS][2] = {0};
        const float *at = keys + j;
        for (size_t d = 0; d < head_size; d++, at += padded) {
            const vf k0 = load(at), k1 = load(at + LANES);
#pragma clang loop unroll(full)
            for (int r = 0; r < SCORE_ROWS; r++) {
                const float q = queries[r * head_size + d];
                sums[r][0] += q * k0;
                sums[r][1] += q * k1;
            }
        }
#pragma clang loop unroll(full)
        for (int r = 0; r < SCORE_ROWS; r++) {
            store(scores + r * padded + j, sums[r][0]);
            store(scores + r * padded + j + LANES, sums[r][1]);
        }
    }
}

// One row of scores becomes e^(score − max), 0 past its length; returns 1 / their sum.
static inline float softmax_row(float *scores, size_t length, size_t padded) {
    for (size_t j = length; j < padded; j++) scores[j] = -1e30f;
    vf highest = load(scores);
    for (size_t j = LANES; j < padded; j += LANES) highest = __builtin_elementwise_max(highest, load(scores + j));
    float top = highest[0];
    for (int i = 1; i < LANES; i++) top = highest[i] > top ? highest[i] : top;
    vf sums = {0};
    for (size_t j = 0; j < padded; j += LANES) {
        vf weight = exponential(load(scores + j) - top);
        store(scores + j, weight);
        sums += weight;
    }
    // Past the length stand e^-87 each, 1e-38 beside a sum of at least 1.
    return 1 / sum_of(sums);
}

// 32 columns of VALUE_ROWS rows of weights × values.
static inline void value_tile(
    const float *weights, size_t weight_stride, const float *values, size_t length, size_t head_size, const float *scales, float *out,
    size_t out_stride, int rows) {
    enum { parts = 32 / LANES };
    vf sums[VALUE_ROWS][parts] = {0};
    for (size_t j = 0; j < length; j++, values += head_size) {
#pragma clang loop unroll(full)
        for (int p = 0; p < parts; p++) {
            const vf v = load(values + p * LANES);
#pragma clang loop unroll(full)
            for (int r = 0; r < VALUE_ROWS; r++) sums[r][p] += weights[r * weight_stride + j] * v;
        }
    }
    for (int r = 0; r < VALUE_ROWS && r < rows; r++)
        for (int p = 0; p < parts; p++) store(out + r * out_stride + p * LANES, sums[r][p] * scales[r]);
}

static void NAMED(attend)(
    const float *qkv, const float *bias, float *out, size_t length, size_t heads, size_t head_size, float *scratch) {
    const size_t width = heads * head_size, stride = 3 * width, padded = (length + 2 * LANES - 1) / (2 * LANES) * (2 * LANES);
    const float scale = 1 / sqrtf(head_size);
    float *keys = scratch, *values = keys + head_size * padded, *scores = values + head_size * length;
    float *queries = scores + VM_TILE_ROWS * padded;
    for (size_t head = 0; head < heads; head++) {
        const float *q = qkv + head * head_size, *k = q + width, *v = k + width;
        const float *bq = bias + head * head_size, *bk = bq + width, *bv = bk + width;
        for (size_t d = 0; d < head_size; d++) {
            for (size_t j = 0; j < length; j++) keys[d * padded + j] = k[j * stride + d] + bk[d];
            for (size_t j = length; j < padded; j++) keys[d * padded + j] = 0;
        }
        for (size_t j = 0; j < length; j++)
            for (size_t d = 0; d < head_size; d += LANES) store(values + j * head_size + d, load(v + j * stride + d) + load(bv + d));

        for (size_t i = 0; i < length; i += SCORE_ROWS) {
            const size_t rows = length - i < SCORE_ROWS ? length - i : SCORE_ROWS;
            float scales[SCORE_ROWS] = {0};
            // A tile is always whole: what stands past the last row is computed and thrown away.
            memset(queries, 0, SCORE_ROWS * head_size * sizeof(float));
            for (size_t r = 0; r < rows; r++)
                for (size_t d = 0; d < head_size; d += LANES)
                    store(queries + r * head_size + d, (load(q + (i + r) * stride + d) + load(bq + d)) * scale);
            score_tile(queries, keys, scores, head_size, padded);
            for (size_t r = 0; r < rows; r++) scales[r] = softmax_row(scores + r * padded, length, padded);
            for (size_t r = 0; r < rows; r += VALUE_ROWS)
                for (size_t d = 0; d < head_size; d += 32)
                    value_tile(
                        scores + r * padded, padded, values + d, length, head_size, scales + r,
                        out + (i + r) * width + head * head_size + d, width, (int)(rows - r));
        }
    }
}

static void NAMED(mean_unit)(const float *rows, size_t count, size_t width, float *out) {
    memset(out, 0, width * sizeof(float));
    for (size_t row = 0; row < count; row++, rows += width)
        for (size_t i = 0; i < width; i++) out[i] += rows[i];
    // The mean's divisor falls out of the scaling to length 1.
    float square = 0;
    for (size_t i = 0; i < width; i++) square += out[i] * out[i];
    const float scale = square > 0 ? 1 / sqrtf(square) : 0;
    for (size_t i = 0; i < width; i++) out[i] *= scale;
}

static inline float dot(const float *a, const float *b, size_t width) {
    vf sums[4] = {0};
    float sum = 0;
    size_t i = 0;
    for (; i + 4 * LANES <= width; i += 4 * LANES)
#pragma clang loop unroll(full)
        for (int s = 0; s < 4; s++) sums[s] += load(a + i + s * LANES) * load(b + i + s * LANES);
    for (; i < width; i++) sum += a[i] * b[i];
    return sum_of((sums[0] + sums[1]) + (sums[2] + sums[3])) + sum;
}

static void NAMED(dots)(const float *rows, size_t count, const float *query, size_t width, float *out) {
    for (size_t row = 0; row < count; row++, rows += width) out[row] = dot(rows, query, width);
}

static inline void few_tile(const float *const *a, const float *const *b, size_t width, float *const *c) {
    vf sums[FEW_ROWS][FEW_COLUMNS] = {0};
    size_t k = 0;
    for (; k + LANES <= width; k += LANES) {
        vf columns[FEW_COLUMNS];
#pragma clang loop unroll(full)
        for (int j = 0; j < FEW_COLUMNS; j++) columns[j] = load(b[j] + k);
#pragma clang loop unroll(full)
        for (int i = 0; i < FEW_ROWS; i++) {
            const vf row = load(a[i] + k);
#pragma clang loop unroll(full)
            for (int j = 0; j < FEW_COLUMNS; j++) sums[i][j] += row * columns[j];
        }
    }
    for (int i = 0; i < FEW_ROWS; i++)
        for (int j = 0; j < FEW_COLUMNS; j++) {
            float sum = sum_of(sums[i][j]);
            for (size_t rest = k; rest < width; rest++) sum += a[i][rest] * b[j][rest];
            c[i][j] = sum;
        }
}

static void NAMED(few_rows)(const float *a, size_t rows, const float *b, size_t columns, size_t width, float *c, size_t ldc) {
    for (size_t j = 0; j < columns; j += FEW_COLUMNS) {
        const size_t across = columns - j < FEW_COLUMNS ? columns - j : FEW_COLUMNS;
        const float *column[FEW_COLUMNS];
        for (size_t x = 0; x < FEW_COLUMNS; x++) column[x] = b + (j + (x < across ? x : 0)) * width;
        for (size_t i = 0; i < rows; i += FEW_ROWS) {
            const size_t down = rows - i < FEW_ROWS ? rows - i : FEW_ROWS;
            const float *row[FEW_ROWS];
            float tile[FEW_ROWS][FEW_COLUMNS], *result[FEW_ROWS];
            for (size_t y = 0; y < FEW_ROWS; y++) {
                row[y] = a + (i + (y < down ? y : 0)) * width;
                result[y] = tile[y];
            }
            few_tile(row, column, width, result);
            for (size_t y = 0; y < down; y++) memcpy(c + (i + y) * ldc + j, tile[y], across * sizeof(float));
        }
    }
}

static float NAMED(quantise)(const float *x, size_t width, int8_t *codes) {
    float highest = 0;
    for (size_t i = 0; i < width; i++) highest = fabsf(x[i]) > highest ? fabsf(x[i]) : highest;
    if (!(highest > 0)) {
        memset(codes, 0, width);
        return 0;
    }
    const float scale = highest / 127, inverse = 127 / highest;
    for (size_t i = 0; i < width; i++) {
        const float code = rintf(x[i] * inverse);
        codes[i] = (int8_t)(code > 127 ? 127 : code < -127 ? -127 : code);
    }
    return scale;
}
