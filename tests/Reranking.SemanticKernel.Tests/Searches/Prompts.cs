using Microsoft.SemanticKernel;

namespace Reranking.SemanticKernel.Tests;

/// <summary>Renders prompts as a kernel does before it sends them.</summary>
public static class Prompts
{
    public static Task<string> RenderAsync(Kernel kernel, string template, string query, IPromptTemplateFactory? factory = null, string? format = null)
    {
        var config = new PromptTemplateConfig(template) { TemplateFormat = format ?? PromptTemplateConfig.SemanticKernelTemplateFormat };
        config.InputVariables.Add(new InputVariable { Name = "query", AllowDangerouslySetContent = true });
        config.AllowDangerouslySetContent = true;
        return (factory ?? new KernelPromptTemplateFactory()).Create(config).RenderAsync(kernel, new KernelArguments { ["query"] = query });
    }
}
