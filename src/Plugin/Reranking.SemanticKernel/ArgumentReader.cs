using System.Globalization;
using Microsoft.SemanticKernel;

namespace Reranking;

/// <summary>Reads arguments of functions as templates, models and code pass them: a value, its text, or its JSON.</summary>
internal static class ArgumentReader
{
    /// <summary>Returns the text of an argument, or null if there is none.</summary>
    public static string? GetText(KernelArguments arguments, string name) =>
        arguments.TryGetValue(name, out object? value) ? Convert.ToString(value, CultureInfo.InvariantCulture) : null;

    /// <summary>Returns the whole number that a value represents, or null if it represents none.</summary>
    public static int? ToNumber(object? value) =>
        int.TryParse(Convert.ToString(value, CultureInfo.InvariantCulture), NumberStyles.Integer, CultureInfo.InvariantCulture, out int number) ? number : null;
}
