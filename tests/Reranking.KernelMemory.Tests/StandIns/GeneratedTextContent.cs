namespace Microsoft.KernelMemory;

public class GeneratedTextContent(string text)
{
    public string Text { get; set; } = text;
}
