namespace Microsoft.KernelMemory;

public class TagCollection : Dictionary<string, List<string?>>
{
    public void Add(string key, string? value)
    {
        if (!TryGetValue(key, out List<string?>? values))
        {
            Add(key, values = []);
        }

        values.Add(value);
    }
}
