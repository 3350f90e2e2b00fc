namespace Reranking.Onnx.Models;

/// <summary>Chooses among several ONNX files of a model by what their names say of processors, and by what this one can do.</summary>
/// <remarks>
/// The names are those that Sentence Transformers and Optimum export: <c>model_qint8_avx512_vnni.onnx</c>, <c>model_quint8_avx2.onnx</c>,
/// <c>model_fp16.onnx</c>. What they do not decide is left to the caller.
/// </remarks>
internal static class ModelFileChoice
{
    private static readonly string[] Processors = ["avx512_vnni", "avx512", "avx2", "arm64"];
    private static readonly string[] HalfPrecision = ["fp16", "float16", "half"];

    /// <summary>Returns the file to take and why, or <see langword="null"/> if the names do not decide it.</summary>
    /// <param name="files">The files.</param>
    /// <param name="processor">What the processor can do.</param>
    /// <param name="isAccelerated">Whether the model runs on a GPU or another accelerator.</param>
    public static (string File, string Reason)? Choose(IReadOnlyList<string> files, ProcessorDescription processor, bool isAccelerated)
    {
        if (isAccelerated)
        {
            return Only(files, static file => IsHalf(file), "half precision is for accelerators")
                ?? Only(files, static file => ProcessorOf(file) is null, "the others are for processors");
        }

        foreach (string wanted in processor.Preferences)
        {
            if (files.Any(file => ProcessorOf(file) == wanted))
            {
                return Only(files, file => ProcessorOf(file) == wanted, $"made for {wanted}, the best of them for a processor with {processor.Name}");
            }
        }

        return Only(files, static file => ProcessorOf(file) is null && !IsHalf(file), "the others are for accelerators or other processors");
    }

    private static (string File, string Reason)? Only(IReadOnlyList<string> files, Func<string, bool> fits, string reason) =>
        files.Where(fits).Take(2).ToArray() is [var only] ? (only, reason) : null;

    // The longest name first: "avx512" is in "avx512_vnni" too.
    private static string? ProcessorOf(string file) => Array.Find(Processors, processor => Says(file, processor));

    private static bool IsHalf(string file) => Array.Exists(HalfPrecision, name => Says(file, name));

    // As a part of its own: a model may be called "alavx2".
    private static bool Says(string file, string part)
    {
        string name = $"_{Path.GetFileNameWithoutExtension(file).ToLowerInvariant().Replace('-', '_').Replace('.', '_')}_";
        return name.Contains($"_{part}_", StringComparison.Ordinal);
    }
}

/// <summary>What a processor can do for quantized models.</summary>
/// <param name="Name">Its best instructions, for messages.</param>
/// <param name="Preferences">The names of files that it runs well, the best first.</param>
internal sealed record ProcessorDescription(string Name, IReadOnlyList<string> Preferences)
{
    /// <summary>Gets this one.</summary>
    public static ProcessorDescription Current { get; } = For(CpuFeatures.Int8InstructionSet);

    /// <summary>Returns the description of a processor by its int8 instructions, as <see cref="CpuFeatures.Int8InstructionSet"/> names them.</summary>
    public static ProcessorDescription For(string instructionSet) => new(instructionSet, instructionSet switch
    {
        "AMX-INT8" or "AVX512-VNNI" => ["avx512_vnni", "avx512", "avx2"],
        "AVX-512" => ["avx512", "avx2"],
        "AVX-VNNI" or "AVX2" => ["avx2"],
        "NEON dot product" => ["arm64"],
        _ => [],
    });
}
