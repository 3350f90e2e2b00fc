using System.Collections.Concurrent;
using Microsoft.Extensions.Caching.Hybrid;

namespace Reranking.Tests;

/// <summary>A cache whose insides a test sees, and which fails or hangs when the test says so.</summary>
internal sealed class FakeHybridCache : HybridCache
{
    public ConcurrentDictionary<string, byte[]> Entries { get; } = new();

    public ConcurrentQueue<HybridCacheEntryOptions?> Written { get; } = [];

    public Func<CancellationToken, Task> BeforeRead { get; set; } = _ => Task.CompletedTask;

    public Func<Task> BeforeWrite { get; set; } = () => Task.CompletedTask;

    public Action AfterWrite { get; set; } = () => { };

    public override async ValueTask<T> GetOrCreateAsync<TState, T>(
        string key,
        TState state,
        Func<TState, CancellationToken, ValueTask<T>> factory,
        HybridCacheEntryOptions? options = null,
        IEnumerable<string>? tags = null,
        CancellationToken cancellationToken = default)
    {
        await BeforeRead(cancellationToken);
        return Entries.TryGetValue(key, out byte[]? bytes) ? (T)(object)bytes
            : options?.Flags?.HasFlag(HybridCacheEntryFlags.DisableUnderlyingData) == true ? default!
            : throw new InvalidOperationException("A lookup must not create.");
    }

    public override async ValueTask SetAsync<T>(
        string key, T value, HybridCacheEntryOptions? options = null, IEnumerable<string>? tags = null, CancellationToken cancellationToken = default)
    {
        Written.Enqueue(options);
        await BeforeWrite();
        Entries[key] = (byte[])(object)value!;
        AfterWrite();
    }

    public override ValueTask RemoveAsync(string key, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public override ValueTask RemoveByTagAsync(string tag, CancellationToken cancellationToken = default) => throw new NotSupportedException();
}
