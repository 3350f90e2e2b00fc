namespace Microsoft.KernelMemory.Context;

public interface IContext
{
    IDictionary<string, object?> Arguments { get; set; }
}
