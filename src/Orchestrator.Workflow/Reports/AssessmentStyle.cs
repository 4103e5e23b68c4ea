namespace Orchestrator.Workflow.Reports;

/// <summary>The page's own style: the product's colours for light and dark, from 360 px wide to paper.</summary>
internal static class AssessmentStyle
{
    public const string Css = """
        :root{color-scheme:light dark;--bg:#fff;--surface:#f6f7f9;--text:#1b1f24;--muted:#57606a;--line:#d5dae0;--border:#7d858f;
        --done:#176b3a;--done-tint:#e3f3e9;--warn:#8a5300;--warn-tint:#fff1d6;--bad:#b3261e;--bad-tint:#fde7e5;--link:#0b5cad;--link-tint:#e4effa}
        @media (prefers-color-scheme:dark){:root{--bg:#14181d;--surface:#1c2229;--text:#e6eaee;--muted:#a3adb8;--line:#39424c;--border:#6b7683;
        --done:#6bcb8e;--done-tint:#16301f;--warn:#e8b45a;--warn-tint:#33270f;--bad:#ff9a90;--bad-tint:#3a1a18;--link:#7db7f5;--link-tint:#14283d}}
        *{box-sizing:border-box}
        body{margin:0;background:var(--bg);color:var(--text);font:14px/1.5 system-ui,sans-serif;font-variant-numeric:tabular-nums}
        header,main{max-width:960px;margin:0 auto;padding:0 24px}
        header{padding-top:24px}main{padding-bottom:48px}
        .brand{margin:0;font-weight:600}.brand span{font-weight:400;color:var(--muted)}
        h1{margin:8px 0 4px;font-size:24px;line-height:1.25;font-weight:600;overflow-wrap:anywhere}
        h1 .to{color:var(--muted);font-weight:400}
        h2{margin:32px 0 12px;font-size:20px;font-weight:600}h2.blocker{color:var(--bad)}h2.warning{color:var(--warn)}h2.note{color:var(--link)}
        h2 .count{font-weight:400;color:var(--muted)}
        h3{margin:0;font-size:16px;font-weight:600;overflow-wrap:anywhere}
        p{margin:0 0 8px;overflow-wrap:anywhere}.muted{color:var(--muted)}
        code,pre{font:12px/1.5 ui-monospace,monospace}
        .verdict{margin:16px 0;padding:16px;border:1px solid;border-left-width:8px;border-radius:8px}
        .verdict p{margin:0}.verdict .word{font-size:24px;font-weight:600}
        .verdict.blocker{border-color:var(--bad);background:var(--bad-tint)}.verdict.blocker .word{color:var(--bad)}
        .verdict.ready{border-color:var(--done);background:var(--done-tint)}.verdict.ready .word{color:var(--done)}
        .tiles{display:flex;flex-wrap:wrap;gap:8px;margin:0;padding:0;list-style:none}
        .tiles li{flex:1 1 120px;padding:8px 16px;background:var(--surface);border-radius:8px;color:var(--muted)}
        .tiles b{display:block;color:var(--text);font-size:24px;font-weight:600;line-height:1.25}
        article{display:grid;grid-template-columns:1fr auto;gap:4px 16px;margin:0 0 12px;padding:12px 16px;background:var(--surface);border-left:4px solid var(--border);border-radius:4px;break-inside:avoid}
        article.blocker{border-left-color:var(--bad)}article.warning{border-left-color:var(--warn)}article.note{border-left-color:var(--link)}
        article>*{grid-column:1/-1;margin:0}article h3{grid-column:1}
        article .tags{grid-column:2;grid-row:1;color:var(--muted);white-space:nowrap}
        .label{color:var(--muted);font-size:12px;font-weight:600}
        pre{margin:0;padding:8px 12px;background:var(--bg);border:1px solid var(--line);border-radius:4px;white-space:pre-wrap;overflow-wrap:anywhere}
        dl{display:grid;grid-template-columns:repeat(auto-fit,minmax(200px,1fr));gap:8px;margin:0 0 12px}
        dl div{padding:8px 16px;background:var(--surface);border-radius:8px}dt{color:var(--muted)}dd{margin:0;font-size:16px;font-weight:600}
        details{margin-top:32px}summary{cursor:pointer;font-size:16px;font-weight:600;padding:4px 0}
        .scroll{overflow-x:auto}table{width:100%;border-collapse:collapse;line-height:1.35}
        th,td{padding:6px 12px 6px 0;text-align:left;vertical-align:top;border-bottom:1px solid var(--line)}th{color:var(--muted);font-weight:600}
        td.ok{color:var(--done)}td.blocker{color:var(--bad)}td.warning{color:var(--warn)}td.note{color:var(--link)}td:last-child,td:first-child{white-space:nowrap}
        :focus-visible{outline:2px solid var(--link);outline-offset:2px}
        @media (max-width:560px){header,main{padding-left:16px;padding-right:16px}article .tags{grid-column:1;grid-row:auto;white-space:normal}}
        @media print{body{font-size:11px}details{display:none}}
        """;
}
