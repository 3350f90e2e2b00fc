namespace Reranking.Onnx;

/// <summary>Loads once, on first use, even under concurrent first calls; after a failure the next call tries again.</summary>
/// <typeparam name="T">What is loaded.</typeparam>
/// <param name="owner">The object whose disposal ends the loading, for <see cref="ObjectDisposedException"/>.</param>
/// <param name="load">Loads; called on the thread pool.</param>
internal sealed class ModelLoader<T>(object owner, Func<Task<T>> load) : IDisposable
    where T : class, IDisposable
{
    private readonly object _lock = new();
    private Task<T>? _loading;
    private bool _disposed;

    /// <summary>Gets a value indicating whether it is loaded.</summary>
    public bool IsLoaded => Volatile.Read(ref _loading) is { IsCompletedSuccessfully: true };

    public Task<T> GetAsync(CancellationToken cancellationToken)
    {
        Task<T> loading;
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, owner);

            // Not the caller's token: the others wait for the same load.
            if (_loading is null or { IsFaulted: true })
            {
                _loading = Task.Run(load, CancellationToken.None);
                PendingLoads.Add(_loading);
            }

            loading = _loading;
        }

        return loading.WaitAsync(cancellationToken);
    }

    public void Dispose()
    {
        lock (_lock)
        {
            if (!_disposed && _loading is not null)
            {
                _ = DisposeWhenLoadedAsync(_loading);
            }

            _disposed = true;
        }
    }

    // A load under way is allowed to finish, and its result is disposed then.
    private static async Task DisposeWhenLoadedAsync(Task<T> loading)
    {
        await ((Task)loading).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (loading.IsCompletedSuccessfully)
        {
            (await loading.ConfigureAwait(false)).Dispose();
        }
    }
}
