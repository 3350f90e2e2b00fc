using Microsoft.Extensions.Hosting;

namespace Reranking.Tool.Serving;

/// <summary>Keeps the server open for a while after the signal to stop, so that load balancers see that it is not ready before it stops listening.</summary>
/// <param name="drain">How long.</param>
internal sealed class DrainService(TimeSpan drain) : IHostedLifecycleService
{
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    // Before anything stops, and after ApplicationStopping, which readiness goes by.
    public Task StoppingAsync(CancellationToken cancellationToken) =>
        drain > TimeSpan.Zero
            ? Task.Delay(drain, cancellationToken).ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default)
            : Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
