namespace Microsoft.KernelMemory.Prompts;

public interface IPromptProvider
{
    string ReadPrompt(string promptName);
}
