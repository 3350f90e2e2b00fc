using System.Globalization;
using Microsoft.SemanticKernel;

namespace Reranking;

/// <summary>Reads arguments of functions, whatever a template, a model or code put there: a value, its text, or its JSON.</summary>
internal static class ArgumentReader
{
    /// <summary>Gives the text of an argument, or null where there is none.</summary>
    public static string? GetText(KernelArguments arguments, string name) =>
        arguments.TryGetValue(name, out object? value) ? Convert.ToString(value, CultureInfo.InvariantCulture) : null;

    /// <summary>Gives the whole number that a value stands for, or null where it stands for none.</summary>
    public static int? ToNumber(object? value) =>
        int.TryParse(Convert.ToString(value, CultureInfo.InvariantCulture), NumberStyles.Integer, CultureInfo.InvariantCulture, out int number) ? number : null;
}
