using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;

namespace Reranking.Tests;

/// <summary>Takes the spans and measurements of one test: spans by the trace that it starts, measurements by its own meter factory.</summary>
internal sealed class TelemetryProbe : IDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly ActivityListener _activityListener;
    private readonly MeterListener _meterListener = new();
    private readonly Activity _root;
    private readonly List<Activity> _spans = [];
    private readonly List<Measured> _measurements = [];

    public TelemetryProbe()
    {
        _root = new Activity("test").SetIdFormat(ActivityIdFormat.W3C).Start();
        _activityListener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Experimental.Reranking",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity =>
            {
                if (activity.TraceId == _root.TraceId)
                {
                    _spans.Add(activity);
                }
            },
        };
        ActivitySource.AddActivityListener(_activityListener);

        MeterFactory = _services.GetRequiredService<IMeterFactory>();
        _meterListener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Scope == MeterFactory)
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _meterListener.SetMeasurementEventCallback<double>(Record);
        _meterListener.SetMeasurementEventCallback<int>((instrument, value, tags, state) => Record(instrument, value, tags, state));
        _meterListener.SetMeasurementEventCallback<long>((instrument, value, tags, state) => Record(instrument, value, tags, state));
        _meterListener.Start();
    }

    public IMeterFactory MeterFactory { get; }

    public IReadOnlyList<Activity> Spans => _spans;

    public IReadOnlyList<Measured> Measurements => _measurements;

    public ActivitySpanId RootId => _root.SpanId;

    /// <summary>Gives the values of an instrument with its tags, as <c>value key=value key=value</c>.</summary>
    public IEnumerable<string> Of(string instrument) => _measurements.Where(measured => measured.Name == instrument).Select(measured => measured.ToString());

    public void Dispose()
    {
        _root.Stop();
        _activityListener.Dispose();
        _meterListener.Dispose();
        _services.Dispose();
    }

    private void Record(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags, object? state) =>
        _measurements.Add(new Measured(instrument.Name, instrument.Unit, value, tags.ToArray()));

    internal sealed record Measured(string Name, string? Unit, double Value, KeyValuePair<string, object?>[] Tags)
    {
        public override string ToString() =>
            string.Join(' ', [FormattableString.Invariant($"{Value} {Unit}"), .. Tags.Select(tag => FormattableString.Invariant($"{tag.Key}={tag.Value}"))]);
    }
}
