using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Docs.Tests;

/// <summary>Reads the messages of exceptions and of validators out of the source: text as it stands there, … for what is filled in.</summary>
internal static partial class MessageTemplates
{
    private const string Hole = "…";
    private static readonly char[] Punctuation = [.. "'\"`.,;:()[]{}|"];

    /// <summary>Returns the messages of the exceptions that scoring throws.</summary>
    public static IEnumerable<(string File, string Template)> OfExceptions() =>
        from file in Repository.Files("*.cs", "src")
        where !file.StartsWith("src/Tools/", StringComparison.Ordinal)   // a command line shows its own
        from creation in Parse(file).DescendantNodes().OfType<ObjectCreationExpressionSyntax>()
        where creation.Type.ToString() == "RelevanceScoringException" && creation.ArgumentList is { Arguments.Count: > 0 }
        from template in Expand(creation.ArgumentList!.Arguments[0].Expression)
        select (file, template);

    /// <summary>Returns the messages of what validates options and sections: each text that is added to the failures, or returned as one.</summary>
    public static IEnumerable<(string File, string Template)> OfValidators() =>
        from file in Repository.Files("*.cs", "src")
        where ValidatorPattern().IsMatch(file)
        from expression in Parse(file).DescendantNodes().Select(static node => node switch
        {
            YieldStatementSyntax { Expression: { } yielded } => yielded,
            InvocationExpressionSyntax
            {
                Expression: MemberAccessExpressionSyntax { Name.Identifier.Text: "Add", Expression: IdentifierNameSyntax { Identifier.Text: "failures" } },
                ArgumentList.Arguments: [var added],
            } => added.Expression,
            _ => null,
        })
        where expression is not null
        from template in Expand(expression)
        select (file, template);

    /// <summary>Returns the words that a message is found by: the first four in a row that are always the same, or all that there are.</summary>
    public static string Key(string template)
    {
        string[][] runs = [.. template.Split(Hole).Select(static part => Words(part).Split(' '))];
        return Array.Find(runs, static run => run.Length >= 4) is { } run ? string.Join(' ', run.Take(4)) : Words(template);
    }

    /// <summary>Returns a text without what stands between words: punctuation, the quotes around what is filled in, the cells of a table.</summary>
    public static string Words(string text) => string.Join(
        ' ',
        text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Select(static word => word.Trim(Punctuation)).Where(static word => word.Length > 0));

    private static SyntaxNode Parse(string file) => CSharpSyntaxTree.ParseText(Repository.Read(file)).GetRoot();

    private static IEnumerable<string> Expand(ExpressionSyntax expression) => expression switch
    {
        LiteralExpressionSyntax literal when literal.IsKind(SyntaxKind.StringLiteralExpression) => [literal.Token.ValueText],
        InterpolatedStringExpressionSyntax interpolated => interpolated.Contents.Aggregate<InterpolatedStringContentSyntax, IEnumerable<string>>(
            [""], static (texts, part) => texts.SelectMany(text => Expand(part).Select(next => text + next))),
        BinaryExpressionSyntax { RawKind: (int)SyntaxKind.AddExpression } sum =>
            Expand(sum.Left).SelectMany(left => Expand(sum.Right).Select(right => left + right)),
        ConditionalExpressionSyntax choice => [.. Expand(choice.WhenTrue), .. Expand(choice.WhenFalse)],
        ParenthesizedExpressionSyntax inner => Expand(inner.Expression),
        InvocationExpressionSyntax { Expression: IdentifierNameSyntax { Identifier.Text: "nameof" } } name =>
            [name.ArgumentList.Arguments[0].ToString().Split('.')[^1]],
        InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Name.Identifier.Text: "Create" } } create =>
            Expand(create.ArgumentList.Arguments[^1].Expression),
        _ => [Hole],
    };

    private static IEnumerable<string> Expand(InterpolatedStringContentSyntax part) => part switch
    {
        InterpolatedStringTextSyntax text => [text.TextToken.ValueText],
        InterpolationSyntax { Expression: InvocationExpressionSyntax or ParenthesizedExpressionSyntax } hole => Expand(hole.Expression),
        _ => [Hole],
    };

    [GeneratedRegex(@"(Validator|Validation|Rules|RerankingPlanReader|SectionReader|CodeConfiguration|RerankingSnapshotFactory|HttpScorerSettings)\.cs$")]
    private static partial Regex ValidatorPattern();
}
