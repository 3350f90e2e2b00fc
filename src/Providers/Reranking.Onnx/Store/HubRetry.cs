using Microsoft.Extensions.Logging;

namespace Reranking.Onnx;

/// <summary>Waits before a failed request is repeated: as long as the endpoint asks, or twice as long each time.</summary>
/// <param name="options">How often.</param>
/// <param name="timeProvider">The clock.</param>
/// <param name="logger">Takes a line a repetition.</param>
internal sealed partial class HubRetry(ModelStoreOptions options, TimeProvider timeProvider, ILogger logger)
{
    private static readonly TimeSpan LongestBackOff = TimeSpan.FromSeconds(30);

    // A caller waits for the model: what takes longer is told to them instead.
    private static readonly TimeSpan LongestRetryAfter = TimeSpan.FromMinutes(2);

    /// <summary>Runs until it succeeds or the retries are used up.</summary>
    /// <param name="action">What is repeated. It answers how many bytes it has gained so far, so that a download that moves on is not given up.</param>
    /// <param name="gained">How many bytes there are.</param>
    /// <param name="cancellationToken">Stops the waiting.</param>
    public async Task<T> RunAsync<T>(Func<Task<T>> action, Func<long> gained, CancellationToken cancellationToken)
    {
        for (int failures = 0; ;)
        {
            long before = gained();
            try
            {
                return await action().ConfigureAwait(false);
            }
            catch (TransientHubException exception) when (exception.IsWorthARetry && !(exception.RetryAfter > LongestRetryAfter))
            {
                failures = gained() > before ? 1 : failures + 1;
                if (failures > options.MaxRetries)
                {
                    throw;
                }

                TimeSpan delay = exception.RetryAfter ?? TimeSpan.FromSeconds(Math.Min(LongestBackOff.TotalSeconds, Math.Pow(2, failures - 1)));
                LogRetry(exception.Message, delay.TotalSeconds);
                await Task.Delay(delay, timeProvider, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    [LoggerMessage(EventId = 83, Level = LogLevel.Warning, Message = "{Failure} Trying again in {Seconds} s.")]
    private partial void LogRetry(string failure, double seconds);
}
