using CsCheck;
using Reranking.Tool.Reading;
using Reranking.Tool.Scoring;

namespace Reranking.Tool.Tests.Reading;

public sealed class MarkdownSectionsTests
{
    [Fact]
    public void Read_HeadingsFencesAndText_AreCutAtHeadingsOnly()
    {
        const string Text = """
            before
            # Title #
            text of the title

            ## Section
            ```sh
            # no heading
            ```
            after
            #no heading either
            ###### Deep
            ####### Too deep
            """;

        Assert.Equal(
            [
                ("", 0, "before", ""),
                ("Title", 1, "text of the title", "Title"),
                ("Section", 2, "```sh\n# no heading\n```\nafter\n#no heading either", "Title: Section"),
                ("Deep", 6, "####### Too deep", "Title: Deep"),
            ],
            MarkdownSections.Read(Text.ReplaceLineEndings("\n").Split('\n'))
                .Select(section => (section.Heading, section.Level, section.Body, section.Level == 0 ? "" : section.Text.Split('\n')[0])));
    }

    [Fact]
    public void Shards_AnyPosition_IsHeldByOne() =>
        Gen.Select(Gen.Int[1, 50], Gen.Int[0, 100_000]).Sample((count, position) =>
            Assert.Equal(1, Enumerable.Range(0, count).Count(index => Shard.Parse($"{index}/{count}").Holds(position))));
}
