using Microsoft.KernelMemory.AppBuilders;

namespace Microsoft.KernelMemory;

public interface IKernelMemoryBuilder
{
    ServiceCollectionPool Services { get; }
}
