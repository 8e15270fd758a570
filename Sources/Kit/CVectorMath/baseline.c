// What every machine of an architecture has: SSE2 on x86-64, NEON on arm64.
#define VARIANT baseline
#define LANES 4
#define SCORE_ROWS 4
#define VALUE_ROWS 1
#define FEW_ROWS 2
#define FEW_COLUMNS 4
#include "kernels.h"

static void NAMED(dots_int8)(const int8_t *rows, size_t count, const int8_t *query, size_t width, int32_t *out) {
    for (size_t row = 0; row < count; row++, rows += width) {
        int32_t sum = 0;
        for (size_t i = 0; i < width; i++) sum += (int16_t)rows[i] * (int16_t)query[i];
        out[row] = sum;
    }
}

#include "table.h"
