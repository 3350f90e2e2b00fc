using Microsoft.ML.OnnxRuntime;

namespace Reranking.Onnx.Engine;

/// <summary>The run options of one request: canceled together, and the last runs give the arena's memory back.</summary>
/// <remarks>
/// The arena is faster than none and has a lower peak, but keeps the memory of the longest input forever. Shrinking it after every run costs a third
/// of the speed, after the last ones nothing that can be measured.
/// </remarks>
internal sealed class RequestRunOptions : IDisposable
{
    private readonly RunOptions _plain = Create();
    private readonly RunOptions _shrinking = Create();
    private readonly int _firstShrinking;

    /// <summary>Initializes a new instance of the <see cref="RequestRunOptions"/> class.</summary>
    /// <param name="provider">Where the model computes; accelerators manage their own memory.</param>
    /// <param name="firstShrinking">From which run on memory is given back: as many runs before the last as can be under way with it.</param>
    public RequestRunOptions(OnnxExecutionProvider provider, int firstShrinking)
    {
        _firstShrinking = firstShrinking;
        if (provider == OnnxExecutionProvider.Cpu)
        {
            _shrinking.AddRunConfigEntry("memory.enable_memory_arena_shrinkage", "cpu:0");
        }
    }

    public RunOptions this[int run] => run >= _firstShrinking ? _shrinking : _plain;

    /// <summary>Stops the runs under way at their next operator.</summary>
    public void Terminate()
    {
        _plain.Terminate = true;
        _shrinking.Terminate = true;
    }

    public void Dispose()
    {
        _plain.Dispose();
        _shrinking.Dispose();
    }

    // Failures come as exceptions; without the level they are printed to the error stream too.
    private static RunOptions Create() => new() { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };
}
