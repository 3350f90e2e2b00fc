using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Docs.Tests;

/// <summary>Compiles the code of a page as the program of an application, with the implicit usings of the SDK.</summary>
internal static partial class SnippetCompiler
{
    private const string ImplicitUsings = """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Net.Http;
        global using System.Threading;
        global using System.Threading.Tasks;

        """;

    private static readonly CSharpParseOptions Language = new(LanguageVersion.Latest);

    private static readonly MetadataReference[] References =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Select(static path => MetadataReference.CreateFromFile(path)),
    ];

    // Searches of Semantic Kernel and of Kernel Memory are experimental, and half of text search is obsolete.
    private static readonly CSharpCompilationOptions Options = new CSharpCompilationOptions(OutputKind.ConsoleApplication)
        .WithNullableContextOptions(NullableContextOptions.Enable)
        .WithSpecificDiagnosticOptions(new[] { "SKEXP0001", "SKEXP0130", "KMEXP00", "KMEXP05", "CS0618", "MEAI001", "MAAI001" }
            .ToDictionary(static id => id, static _ => ReportDiagnostic.Suppress));

    /// <summary>Returns the errors of a snippet.</summary>
    /// <param name="code">The snippet: a program, statements, or members of a class.</param>
    /// <param name="preamble">The code that stands for the rest of the application.</param>
    public static IReadOnlyList<string> Errors(string code, params IEnumerable<string> preamble) =>
    [
        .. Compile(code, preamble).GetDiagnostics()
            .Where(static found => found.Severity == DiagnosticSeverity.Error)
            .Select(static found => found.ToString()),
    ];

    /// <summary>Returns the assembly of a snippet.</summary>
    /// <param name="code">The snippet: a program, statements, or members of a class.</param>
    /// <param name="preamble">The code that stands for the rest of the application.</param>
    public static CSharpCompilation Compile(string code, params IEnumerable<string> preamble)
    {
        SyntaxTree[] trees = [.. preamble.Prepend(ImplicitUsings).Append(IsMember(code) ? $"{Usings(code)}\nclass Holder {{\n{Body(code)}\n}}" : code)
            .Select(static text => CSharpSyntaxTree.ParseText(text, Language))];
        OutputKind kind = IsMember(code) ? OutputKind.DynamicallyLinkedLibrary : OutputKind.ConsoleApplication;

        // The name lets stand-ins see internals, as the tests of Kernel Memory's adapter do.
        return CSharpCompilation.Create("Reranking.KernelMemory.Tests", trees, References, Options.WithOutputKind(kind));
    }

    // A method with an access modifier is not a statement.
    private static bool IsMember(string code) => MemberPattern().IsMatch(Body(code));

    private static string Usings(string code) => string.Join('\n', CSharpSyntaxTree.ParseText(code, Language).GetCompilationUnitRoot().Usings);

    private static string Body(string code)
    {
        CompilationUnitSyntax root = CSharpSyntaxTree.ParseText(code, Language).GetCompilationUnitRoot();
        return root.Usings.Count == 0 ? code : code[root.Usings.Span.End..];
    }

    [GeneratedRegex(@"^\s*(public|private|protected) (?!(sealed |static |abstract |partial )*(class|record|struct|interface|enum))")]
    private static partial Regex MemberPattern();
}
