namespace Reranking.Http.Transport;

/// <summary>Limits the requests of any minute. It knows how long a request would have to wait, and refuses it at once if that is too long.</summary>
/// <remarks>Thread-safe. It has no timer to dispose, so it can outlive the scorers that share it.</remarks>
internal sealed class RequestRateLimiter(int requestsPerMinute, TimeProvider timeProvider)
{
    private readonly object _lock = new();
    private readonly long _minute = timeProvider.TimestampFrequency * 60;
    private readonly List<long> _sendTimes = [];   // of the last minute and of waiting requests, ascending

    public int RequestsPerMinute => requestsPerMinute;

    /// <summary>Waits for the turn of a request.</summary>
    /// <param name="longestWait">The longest that the request can wait.</param>
    /// <param name="isBackground">Whether nobody waits for it: then it never waits, and leaves half of each minute to the others.</param>
    /// <param name="cancellationToken">Stops the wait and returns the turn.</param>
    public async ValueTask<RequestLease> AcquireAsync(TimeSpan longestWait, bool isBackground, CancellationToken cancellationToken)
    {
        long sendTime;
        TimeSpan wait;
        lock (_lock)
        {
            long now = timeProvider.GetTimestamp();
            _sendTimes.RemoveRange(0, _sendTimes.TakeWhile(time => now - time >= _minute).Count());
            sendTime = _sendTimes.Count < requestsPerMinute ? now : Math.Max(_sendTimes[^requestsPerMinute] + _minute, _sendTimes[^1]);
            wait = sendTime <= now ? TimeSpan.Zero : timeProvider.GetElapsedTime(now, sendTime);
            if (wait > longestWait || (isBackground && _sendTimes.Count >= requestsPerMinute / 2))
            {
                return RequestLease.Refused(wait);
            }

            // Not always the last: waiting requests can leave, and others take their turns.
            int index = _sendTimes.BinarySearch(sendTime);
            _sendTimes.Insert(index < 0 ? ~index : index, sendTime);
        }

        if (wait > TimeSpan.Zero)
        {
            try
            {
                await Task.Delay(wait, timeProvider, cancellationToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                lock (_lock)
                {
                    _sendTimes.Remove(sendTime);
                }

                throw;
            }
        }

        return RequestLease.Granted;
    }
}
