using System.Collections;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.DependencyInjection;

namespace Microsoft.KernelMemory.AppBuilders;

/// <summary>
/// Adds to all of its collections and reads the first; what else collections do goes wrong, as it does in the real one when there are several.
/// </summary>
[Experimental("KMEXP00")]
public sealed class ServiceCollectionPool(IServiceCollection primaryCollection) : IServiceCollection
{
    private readonly List<IServiceCollection> _pool = [primaryCollection];

    public int Count => primaryCollection.Count;

    public bool IsReadOnly => false;

    public ServiceDescriptor this[int index]
    {
        get => _pool.Count == 1 ? primaryCollection[index] : throw new InvalidOperationException("no positions in a pool");
        set => throw new InvalidOperationException("no positions in a pool");
    }

    public void AddServiceCollection(IServiceCollection? serviceCollection)
    {
        if (serviceCollection is not null)
        {
            _pool.Add(serviceCollection);
        }
    }

    public void Add(ServiceDescriptor item) => _pool.ForEach(services => services.Add(item));

    public bool Contains(ServiceDescriptor item) => primaryCollection.Contains(item);

    public void CopyTo(ServiceDescriptor[] array, int arrayIndex) => primaryCollection.CopyTo(array, arrayIndex);

    public IEnumerator<ServiceDescriptor> GetEnumerator() => primaryCollection.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public int IndexOf(ServiceDescriptor item) => throw new InvalidOperationException("no positions in a pool");

    public void Insert(int index, ServiceDescriptor item) => throw new InvalidOperationException("no positions in a pool");

    public bool Remove(ServiceDescriptor item) => throw new InvalidOperationException("removes from one collection only");

    public void RemoveAt(int index) => throw new InvalidOperationException("no positions in a pool");

    public void Clear() => throw new InvalidOperationException("removes too much");
}
