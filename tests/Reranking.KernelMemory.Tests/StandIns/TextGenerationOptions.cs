namespace Microsoft.KernelMemory.AI;

public class TextGenerationOptions
{
    public int? MaxTokens { get; set; }
}
