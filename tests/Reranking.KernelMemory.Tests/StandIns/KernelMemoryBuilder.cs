using Microsoft.Extensions.DependencyInjection;
using Microsoft.KernelMemory.AppBuilders;

namespace Microsoft.KernelMemory;

public sealed class KernelMemoryBuilder : IKernelMemoryBuilder
{
    public KernelMemoryBuilder(IServiceCollection? hostServiceCollection = null)
    {
        var services = new ServiceCollection();   // a copy: what the host adds later is not seen
        foreach (ServiceDescriptor service in hostServiceCollection ?? new ServiceCollection())
        {
            ((IServiceCollection)services).Add(service);
        }

        Services = new ServiceCollectionPool(services);
        Services.AddServiceCollection(hostServiceCollection);
    }

    public ServiceCollectionPool Services { get; }
}
