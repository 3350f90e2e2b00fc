namespace Microsoft.KernelMemory;

public class MemoryAnswer
{
    public string Question { get; set; } = "";

    public bool NoResult { get; set; } = true;

    public string Result { get; set; } = "";

    public List<Citation> RelevantSources { get; set; } = [];
}
