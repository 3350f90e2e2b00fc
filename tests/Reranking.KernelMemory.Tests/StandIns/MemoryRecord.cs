namespace Microsoft.KernelMemory.MemoryStorage;

public class MemoryRecord
{
    public string Id { get; set; } = "";

    public TagCollection Tags { get; set; } = new();

    public Dictionary<string, object> Payload { get; set; } = [];
}
