namespace Microsoft.KernelMemory;

public class MemoryFilter : TagCollection
{
    public MemoryFilter ByTag(string name, string value)
    {
        Add(name, value);
        return this;
    }
}
