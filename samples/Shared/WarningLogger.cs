using Microsoft.Extensions.Logging;
using Reranking;

namespace Samples;

/// <summary>Prints the warnings of a reranker, such as that it fell back to the first-stage order, where the results are printed.</summary>
internal sealed class WarningLogger : ILogger<Reranker>
{
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
        {
            Console.WriteLine(TerminalText.Show($"{logLevel}: {formatter(state, exception)} {exception?.Message}".TrimEnd()));
        }
    }
}
