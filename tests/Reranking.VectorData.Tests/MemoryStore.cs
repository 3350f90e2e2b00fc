using Microsoft.Extensions.VectorData;

namespace Reranking.VectorData.Tests;

/// <summary>A vector store of collections that a test gave it, by the type of their records.</summary>
public sealed class MemoryStore(params object[] collections) : VectorStore
{
    public static readonly VectorStoreMetadata Metadata = new() { VectorStoreSystemName = "memory" };

    private static readonly string[] Names = ["passages", "orders"];

    public List<MemberCall> Calls { get; } = [];

    public CancellationToken Token { get; private set; }

    public bool IsDisposed { get; private set; }

    public override VectorStoreCollection<TKey, TRecord> GetCollection<TKey, TRecord>(string name, VectorStoreCollectionDefinition? definition = null)
    {
        Calls.Add(new MemberCall(nameof(GetCollection), name, definition));
        return collections.OfType<VectorStoreCollection<TKey, TRecord>>().Single();
    }

    public override VectorStoreCollection<object, Dictionary<string, object?>> GetDynamicCollection(string name, VectorStoreCollectionDefinition definition)
    {
        Calls.Add(new MemberCall(nameof(GetDynamicCollection), name, definition));
        return collections.OfType<VectorStoreCollection<object, Dictionary<string, object?>>>().Single();
    }

    public override IAsyncEnumerable<string> ListCollectionNamesAsync(CancellationToken cancellationToken = default)
    {
        Token = cancellationToken;
        return Names.ToAsyncEnumerable();
    }

    public override Task<bool> CollectionExistsAsync(string name, CancellationToken cancellationToken = default)
    {
        Token = cancellationToken;
        return Task.FromResult(name == "passages");
    }

    public override Task EnsureCollectionDeletedAsync(string name, CancellationToken cancellationToken = default)
    {
        Token = cancellationToken;
        Calls.Add(new MemberCall(nameof(EnsureCollectionDeletedAsync), name));
        return Task.CompletedTask;
    }

    public override object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceType == typeof(VectorStoreMetadata) ? Metadata : serviceType.IsInstanceOfType(this) ? this : null;

    protected override void Dispose(bool disposing)
    {
        IsDisposed = disposing;
        base.Dispose(disposing);
    }
}
