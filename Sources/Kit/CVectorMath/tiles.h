#include <stddef.h>

// What `vm_attention_scratch` must know of all variants: the widest padding and the tallest tile.
enum { VM_PADDING = 32, VM_TILE_ROWS = 12 };

static inline size_t vm_padded(size_t length) { return (length + VM_PADDING - 1) / VM_PADDING * VM_PADDING; }
