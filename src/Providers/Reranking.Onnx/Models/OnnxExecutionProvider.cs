namespace Reranking.Onnx;

/// <summary>Where ONNX Runtime computes.</summary>
public enum OnnxExecutionProvider
{
    /// <summary>The processor; nothing to add.</summary>
    Cpu,

    /// <summary>An NVIDIA GPU; the application adds the package <c>Microsoft.ML.OnnxRuntime.Gpu</c>.</summary>
    Cuda,

    /// <summary>Any GPU on Windows; the application adds the package <c>Microsoft.ML.OnnxRuntime.DirectML</c>.</summary>
    DirectML,

    /// <summary>Apple's accelerators on macOS; part of <c>Microsoft.ML.OnnxRuntime</c> there.</summary>
    CoreML,

    /// <summary>Intel's processors, GPUs and NPUs; the application adds the package <c>Intel.ML.OnnxRuntime.OpenVino</c>.</summary>
    OpenVino,
}
