namespace Reranking.Onnx;

/// <summary>The device that ONNX Runtime uses.</summary>
public enum OnnxExecutionProvider
{
    /// <summary>The CPU; no additional package is needed.</summary>
    Cpu,

    /// <summary>An NVIDIA GPU; requires the package <c>Microsoft.ML.OnnxRuntime.Gpu</c> in the application.</summary>
    Cuda,

    /// <summary>Any GPU on Windows; requires the package <c>Microsoft.ML.OnnxRuntime.DirectML</c> in the application.</summary>
    DirectML,

    /// <summary>Apple's accelerators on macOS; part of <c>Microsoft.ML.OnnxRuntime</c> there.</summary>
    CoreML,

    /// <summary>Intel CPUs, GPUs and NPUs; requires the package <c>Intel.ML.OnnxRuntime.OpenVino</c> in the application.</summary>
    OpenVino,
}
