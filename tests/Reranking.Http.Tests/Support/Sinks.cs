using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Text;
using Microsoft.Extensions.Logging;

namespace Reranking.Http.Tests;

/// <summary>Hears all that is logged at any level, put on a span or a metric, or thrown, so that a test can search it for what must not be there.</summary>
public sealed class Sinks : ILoggerProvider, ILogger
{
    private readonly ConcurrentQueue<string> _said = new();
    private readonly ActivityListener _activities;
    private readonly MeterListener _meters = new();

    public Sinks()
    {
        _activities = new ActivityListener
        {
            ShouldListenTo = static source => source.Name != "Microsoft.AspNetCore",   // what the servers of tests say of requests
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity => Hear(
                $"span {activity.Source.Name} {activity.DisplayName} {activity.StatusDescription} {string.Join(',', activity.TagObjects.Select(Show))} " +
                $"{string.Join(',', activity.Events.Select(static said => said.Name + string.Join(',', said.Tags.Select(Show))))}"),
        };
        ActivitySource.AddActivityListener(_activities);
        _meters.InstrumentPublished = static (instrument, listener) => listener.EnableMeasurementEvents(instrument);
        Measure<double>();
        Measure<int>();
        Measure<long>();
        _meters.Start();
    }

    public IReadOnlyCollection<string> Said => _said;

    /// <summary>Gets the tags of what was measured, a set of them per line.</summary>
    public ConcurrentDictionary<string, byte> TagSets { get; } = new();

    public void Hear(object? said) => _said.Enqueue($"{said}");

    /// <summary>Fails if a secret was said anywhere, as it is or encoded.</summary>
    public void AssertSilentAbout(params IEnumerable<string> secrets)
    {
        foreach (string secret in secrets)
        {
            byte[] bytes = Encoding.UTF8.GetBytes(secret);
            string[] spellings =
            [
                secret, Convert.ToHexString(bytes), Uri.EscapeDataString(secret), string.Concat(secret.Select(static c => $"&#{(int)c};")),
                .. Enumerable.Range(0, 3).Select(cut => Convert.ToBase64String(bytes.AsSpan(cut, (bytes.Length - cut) / 3 * 3))),
            ];
            foreach (string said in _said.Concat(TagSets.Keys))
            {
                foreach (string spelling in spellings)
                {
                    Assert.DoesNotContain(spelling, said, StringComparison.OrdinalIgnoreCase);
                }
            }
        }
    }

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull
    {
        Hear(Show(state));
        return null;
    }

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Hear($"{logLevel} {formatter(state, exception)} {Show(state)} {exception}");

    public void Dispose()
    {
        _activities.Dispose();
        _meters.Dispose();
    }

    private static string Show(object? state) =>
        state is IEnumerable<KeyValuePair<string, object?>> pairs ? string.Join(',', pairs.Select(Show)) : $"{state}";

    private static string Show(KeyValuePair<string, object?> pair) =>
        pair.Value is System.Collections.IEnumerable list and not string ? $"{pair.Key}={string.Join(';', list.Cast<object?>())}" : $"{pair.Key}={pair.Value}";

    private void Measure<T>()
        where T : struct =>
        _meters.SetMeasurementEventCallback<T>((instrument, _, tags, _) =>
            TagSets.TryAdd($"{instrument.Meter.Name} {instrument.Name} {string.Join(',', tags.ToArray().Select(Show))}", 0));
}
