namespace Reranking.Http.Transport;

/// <summary>Keeps the requests of any minute below a number. It knows how long a request would have to wait, and refuses at once where that is too long.</summary>
/// <remarks>Thread-safe. There is no timer to dispose, so that it can outlive the scorers that share it.</remarks>
internal sealed class RequestRateLimiter(int requestsPerMinute, TimeProvider timeProvider)
{
    private readonly object _lock = new();
    private readonly long _minute = timeProvider.TimestampFrequency * 60;
    private readonly List<long> _sendTimes = [];   // of the last minute and of those that wait, ascending

    public int RequestsPerMinute => requestsPerMinute;

    /// <summary>Waits for the turn of a request.</summary>
    /// <param name="longestWait">What the request can wait at most.</param>
    /// <param name="isBackground">Whether nobody waits for it: then it waits for nothing either, and leaves half of each minute to the others.</param>
    /// <param name="cancellationToken">Stops the wait and gives the turn back.</param>
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

            _sendTimes.Add(sendTime);
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
