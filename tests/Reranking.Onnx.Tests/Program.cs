using Microsoft.Extensions.Logging;

namespace Reranking.Onnx.Tests;

/// <summary>Runs the tests, or, as a second process of a test, fetches one model and tells on the console how it goes.</summary>
internal static class Program
{
    public const string FetchCommand = "--fetch";

    public static async Task<int> Main(string[] args)
    {
        if (args is not [FetchCommand, string endpoint, string folder, string model])
        {
            return await Xunit.Runner.InProc.SystemConsole.ConsoleRunner.Run(args);
        }

        using ILoggerFactory logs = LoggerFactory.Create(static builder => builder.SetMinimumLevel(LogLevel.Debug).AddProvider(new LineLoggerProvider()));
        using var store = new ModelStore(new ModelStoreOptions { Endpoint = new Uri(endpoint), CacheFolder = folder }, logger: logs.CreateLogger<ModelStore>());
        Console.WriteLine("done " + await store.GetAsync(model));
        return 0;
    }

    /// <summary>Writes the event id of each line at once, since another process waits for it.</summary>
    private sealed class LineLoggerProvider : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Console.WriteLine($"event {eventId.Id}");

        public void Dispose()
        {
            // Nothing is held.
        }
    }
}
