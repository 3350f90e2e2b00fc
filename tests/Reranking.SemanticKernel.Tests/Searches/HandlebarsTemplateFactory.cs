using System.Diagnostics.CodeAnalysis;
using HandlebarsDotNet;
using Microsoft.SemanticKernel;

namespace Reranking.SemanticKernel.Tests;

/// <summary>
/// Prompt templates in Handlebars, with the functions of the kernel as helpers named <c>Plugin-Function</c>, as in Semantic Kernel's own package for them.
/// </summary>
public sealed class HandlebarsTemplateFactory : IPromptTemplateFactory
{
    public const string Format = "handlebars";

    public bool TryCreate(PromptTemplateConfig templateConfig, [NotNullWhen(true)] out IPromptTemplate? result)
    {
        result = templateConfig.TemplateFormat == Format ? new Template(templateConfig.Template) : null;
        return result is not null;
    }

    private sealed class Template(string text) : IPromptTemplate
    {
        // The helpers of the engine are synchronous, so rendering goes to a thread of its own, which may block.
        public Task<string> RenderAsync(Kernel kernel, KernelArguments? arguments = null, CancellationToken cancellationToken = default) =>
            Task.Run(() => Render(kernel, arguments ?? []), cancellationToken);

        private string Render(Kernel kernel, KernelArguments arguments)
        {
            IHandlebars handlebars = Handlebars.Create(new HandlebarsConfiguration { NoEscape = true });
            foreach (KernelFunction function in kernel.Plugins.SelectMany(static plugin => plugin))
            {
                handlebars.RegisterHelper($"{function.PluginName}-{function.Name}", (Context _, Arguments positions) => Invoke(kernel, function, positions)!);
            }

            return handlebars.Compile(text)(new Dictionary<string, object?>(arguments));
        }

        private static object? Invoke(Kernel kernel, KernelFunction function, Arguments positions)
        {
            var arguments = new KernelArguments();
            foreach (
                (KernelParameterMetadata parameter, int i) in function.Metadata.Parameters.Take(positions.Length)
                    .Select(static (parameter, i) => (parameter, i)))
            {
                arguments[parameter.Name] = positions[i];
            }

            return function.InvokeAsync(kernel, arguments).GetAwaiter().GetResult().GetValue<object>();
        }
    }
}
