namespace Reranking.Http.Transport;

/// <summary>The deadline of a call, and whether somebody waits for it.</summary>
/// <remarks>It travels with each request, so that nobody waits for an attempt that would come too late.</remarks>
internal sealed class RequestDeadline(TimeProvider timeProvider, TimeSpan timeout, CancellationToken passed)
{
    public static readonly HttpRequestOptionsKey<RequestDeadline> Key = new("Reranking.Http.Deadline");

    private readonly long _start = timeProvider.GetTimestamp();

    public TimeProvider TimeProvider => timeProvider;

    /// <summary>Gets a value indicating whether nobody waits for the call.</summary>
    public bool IsBackground { get; init; }

    /// <summary>Gets a value indicating whether the call ended because its time was over.</summary>
    public bool HasPassed => passed.IsCancellationRequested;

    public TimeSpan Remaining => timeout - timeProvider.GetElapsedTime(_start);
}
