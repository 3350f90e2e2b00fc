namespace Reranking.Http.Transport;

/// <summary>The deadline of a call, and whether somebody waits for it.</summary>
/// <remarks>It travels with each request, so that nobody waits for an attempt that would come too late.</remarks>
internal sealed class RequestDeadline(TimeProvider timeProvider, TimeSpan timeout)
{
    public static readonly HttpRequestOptionsKey<RequestDeadline> Key = new("Reranking.Http.Deadline");

    private readonly long _start = timeProvider.GetTimestamp();
    private volatile bool _hasFailedAttempt;

    public TimeProvider TimeProvider => timeProvider;

    /// <summary>Gets a value indicating whether nobody waits for the call.</summary>
    public bool IsBackground { get; init; }

    /// <summary>Gets a value indicating whether an attempt of the call has failed, so that the scorer is to blame if no other one can be made.</summary>
    public bool HasFailedAttempt => _hasFailedAttempt;

    public TimeSpan Remaining => timeout - timeProvider.GetElapsedTime(_start);

    public void ReportFailedAttempt() => _hasFailedAttempt = true;
}
