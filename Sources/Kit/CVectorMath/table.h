// The table of one variant; after kernels.h and `dots_int8`.
const vm_kernels NAMED(vm) = {
    .name = TEXT(VARIANT),
    .add_norm = NAMED(add_norm),
    .bias_gelu = NAMED(bias_gelu),
    .attend = NAMED(attend),
    .mean_unit = NAMED(mean_unit),
    .dots = NAMED(dots),
    .few_rows = NAMED(few_rows),
    .quantise = NAMED(quantise),
    .dots_int8 = NAMED(dots_int8),
};
