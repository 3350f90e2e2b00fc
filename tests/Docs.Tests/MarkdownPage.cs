using Markdig;
using Markdig.Extensions.Tables;
using Markdig.Renderers.Html;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace Docs.Tests;

/// <summary>A Markdown file, parsed as GitHub and DocFX do.</summary>
/// <param name="path">The path from the root of the repository.</param>
internal sealed class MarkdownPage(string path)
{
    private static readonly MarkdownPipeline Pipeline = new MarkdownPipelineBuilder().UsePipeTables().UseAutoIdentifiers(
        Markdig.Extensions.AutoIdentifiers.AutoIdentifierOptions.GitHub).Build();

    private readonly string _text = Repository.Read(path);
    private MarkdownDocument? _document;

    public string Path => path;

    public string Text => _text;

    private MarkdownDocument Document => _document ??= Markdown.Parse(_text, Pipeline);

    public IEnumerable<string> Links => Document.Descendants<LinkInline>().Select(static link => link.Url ?? "");

    public IEnumerable<string> Anchors => Document.Descendants<HeadingBlock>().Select(static heading => heading.GetAttributes().Id ?? "");

    public IEnumerable<(string Code, int Line)> Blocks(string language) => Document.Descendants<FencedCodeBlock>()
        .Where(block => block.Info == language)
        .Select(static block => (block.Lines.ToString().ReplaceLineEndings("\n"), block.Line + 1));

    /// <summary>Returns the tables, each as rows of cells, with the HTML comment that stands right before it.</summary>
    public IEnumerable<(string? Comment, IReadOnlyList<IReadOnlyList<string>> Rows, int Line)> Tables()
    {
        foreach (Table table in Document.Descendants<Table>())
        {
            int index = table.Parent!.IndexOf(table);
            string? comment = index > 0 && table.Parent[index - 1] is HtmlBlock { Type: HtmlBlockType.Comment } html ? html.Lines.ToString().Trim() : null;
            IReadOnlyList<string>[] rows =
            [
                .. table.OfType<TableRow>().Select(row => (IReadOnlyList<string>)[.. row.OfType<TableCell>().Select(cell => Source(cell))]),
            ];
            yield return (comment, rows, table.Line + 1);
        }
    }

    private string Source(TableCell cell) => cell.Count == 0 ? "" : _text.Substring(cell[0].Span.Start, cell[0].Span.Length).Trim();
}
