#include "include/vector_math.h"
#include "tiles.h"

extern const vm_kernels vm_baseline;
#if defined(__x86_64__)
extern const vm_kernels vm_avx2, vm_avx512, vm_avx512vnni;
enum { variants = 4 };
#else
enum { variants = 1 };
#endif

size_t vm_variant_count(void) { return variants; }

const vm_kernels *vm_variant(size_t index) {
    if (index == 0) return &vm_baseline;
#if defined(__x86_64__)
    const int has_avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    const int has_avx512 = has_avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                           __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq");
    if (index == 1 && has_avx2) return &vm_avx2;
    if (index == 2 && has_avx512) return &vm_avx512;
    if (index == 3 && has_avx512 && __builtin_cpu_supports("avx512vnni")) return &vm_avx512vnni;
#endif
    return 0;
}

const vm_kernels *vm_best(void) {
    for (size_t index = variants; index > 1; index--) {
        const vm_kernels *found = vm_variant(index - 1);
        if (found) return found;
    }
    return &vm_baseline;
}

size_t vm_attention_scratch(size_t length, size_t head_size) {
    const size_t padded = vm_padded(length);
    return head_size * padded + head_size * length + VM_TILE_ROWS * padded + VM_TILE_ROWS * head_size;
}
