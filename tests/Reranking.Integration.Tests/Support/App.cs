using System.Diagnostics.Metrics;
using System.IO.Compression;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using Microsoft.Extensions.Logging;

namespace Reranking.Integration.Tests;

/// <summary>An application with reranking from configuration: <c>AddReranking().AddOnnx().AddCohere()</c>.</summary>
internal sealed class App : IAsyncDisposable
{
    private readonly MetricCollector<long> _swaps;

    public App(string reranking, Action<RerankingBuilder>? configure = null, TimeProvider? timeProvider = null)
    {
        Configuration = new ChangeableConfiguration(reranking);
        var services = new ServiceCollection();
        services.AddMetrics().AddFakeLogging(options => options.FilteredLevels = new HashSet<LogLevel> { LogLevel.Warning, LogLevel.Error });
        if (timeProvider is not null)
        {
            services.AddSingleton(timeProvider);
        }

        RerankingBuilder builder = services.AddReranking(Configuration.Section).AddOnnx().AddCohere();
        configure?.Invoke(builder);
        Services = services.BuildServiceProvider();
        _swaps = new MetricCollector<long>(Services.GetRequiredService<IMeterFactory>(), "Experimental.Reranking", "reranking.swaps");
    }

    public ChangeableConfiguration Configuration { get; }

    public ServiceProvider Services { get; }

    public Reranker Reranker => Services.GetRequiredService<Reranker>();

    /// <summary>Unpacks the tiny cross-encoder into a folder.</summary>
    public static void UnpackTinyModel(string folder)
    {
        string data = Path.Combine(AppContext.BaseDirectory, "Data", "bert");
        using (var unzipped = new GZipStream(File.OpenRead(Path.Combine(data, "model.onnx.gz")), CompressionMode.Decompress))
        using (FileStream target = File.Create(Path.Combine(folder, "model.onnx")))
        {
            unzipped.CopyTo(target);
        }

        File.Copy(Path.Combine(data, "config.json"), Path.Combine(folder, "config.json"));
        File.Copy(Path.Combine(AppContext.BaseDirectory, "models", "ms-marco-MiniLM-L-12-v2-int8", "tokenizer.json"), Path.Combine(folder, "tokenizer.json"));
    }

    /// <summary>Changes the configuration and waits until the change took effect, or was refused.</summary>
    public async Task<string?> ChangeAsync(string reranking)
    {
        int before = _swaps.GetMeasurementSnapshot().Count;
        Configuration.Change(reranking);
        await _swaps.WaitForMeasurementsAsync(before + 1, TestContext.Current.CancellationToken);
        return (string?)_swaps.LastMeasurement?.Tags["reranking.outcome"];
    }

    public async ValueTask DisposeAsync()
    {
        _swaps.Dispose();
        await Services.DisposeAsync();
    }
}
