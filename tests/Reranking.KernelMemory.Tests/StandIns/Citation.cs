namespace Microsoft.KernelMemory;

public class Citation
{
    public string Link { get; set; } = "";

    public string SourceName { get; set; } = "";

    public List<Partition> Partitions { get; set; } = [];

    public class Partition
    {
        public string Text { get; set; } = "";

        public float Relevance { get; set; }
    }
}
