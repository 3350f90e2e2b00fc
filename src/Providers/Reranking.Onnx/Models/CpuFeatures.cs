using System.Runtime.Intrinsics.X86;

namespace Reranking.Onnx.Models;

/// <summary>The int8 instructions of the processor.</summary>
internal static class CpuFeatures
{
    /// <summary>Gets the best int8 instruction set of the processor, for the log.</summary>
    public static string Int8InstructionSet { get; } = Detect();

    /// <summary>
    /// Gets a value indicating whether 8-bit products are summed in 16 bits, which saturates: x64 before VNNI. ONNX Runtime then has to be told to
    /// trade speed for precision, or a quantized model returns other scores than elsewhere.
    /// </summary>
    public static bool SaturatesInt8 { get; } = X86Base.IsSupported && Int8InstructionSet is "AVX2" or "AVX-512" or "SSE";

    private static string Detect()
    {
        if (!X86Base.IsSupported)
        {
            return System.Runtime.Intrinsics.Arm.Dp.IsSupported ? "NEON dot product" : "portable";
        }

        (_, _, int ecx, int edx) = X86Base.CpuId(7, 0);
        (int eax1, _, _, _) = X86Base.CpuId(7, 1);

        // .NET reports AVX-512 only if the operating system saves its registers, which CPUID alone does not say.
        return (edx & (1 << 25)) != 0 && Avx512F.IsSupported ? "AMX-INT8"
            : (ecx & (1 << 11)) != 0 && Avx512F.IsSupported ? "AVX512-VNNI"
            : (eax1 & (1 << 4)) != 0 && Avx2.IsSupported ? "AVX-VNNI"
            : Avx512BW.IsSupported ? "AVX-512"
            : Avx2.IsSupported ? "AVX2"
            : "SSE";
    }
}
