// AssemblyScript: the instruction that the kernel spends its time in.

/**
 * Looks 16 indices below 16 up in a table. The relaxed instruction leaves open what greater ones
 * give, and so is one instruction of the processor where the other is two; Node has it from 22 on.
 */
export function lookUp(table: v128, indices: v128): v128 {
  return ASC_FEATURE_RELAXED_SIMD
    ? i8x16.relaxed_swizzle(table, indices)
    : i8x16.swizzle(table, indices);
}
